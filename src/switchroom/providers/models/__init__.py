"""Language models of vendors and of servers of one's own."""
