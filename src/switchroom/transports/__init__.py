"""How calls reach us: each folder turns one kind of connection into legs of the media plane."""
