"""Where rows live: the database, the journal of events."""
