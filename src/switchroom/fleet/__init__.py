"""Several processes as one installation: who is there, who may do what only one may, and how they reach each other."""
