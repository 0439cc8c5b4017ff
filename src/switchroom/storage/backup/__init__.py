"""Back-ups: every row as it was at one moment, and the blobs, in a form that either database can take."""
