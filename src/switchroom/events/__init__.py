"""What happened: the catalogue of events and the bus that carries them."""
