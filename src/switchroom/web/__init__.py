"""Pages, JSON API and the browser's voice socket: the only place that knows the web framework."""
