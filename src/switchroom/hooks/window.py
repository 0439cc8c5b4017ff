"""How many deliveries to hold for one endpoint: as many as it takes until the next look at the database, and no more.

What is held is leased: nobody else sends it, and after ``kill -9`` it waits for the lease to end. So an endpoint that answers at
once is given twice as many each time it used up what it had, and one that is slow gets back to what it takes at once.
"""

MOST = 256


class Window:
    """Of one endpoint."""

    def __init__(self, concurrency: int) -> None:
        self._least = concurrency
        self.size = concurrency

    def looked(self, taken: int, left: int) -> None:
        """Learn, between two looks at the database, how many were sent and how many still wait."""
        if left > self._least:
            self.size = max(self._least, self.size // 2)
        elif taken >= self.size // 2 and left == 0:
            self.size = min(self.size * 2, MOST)
