"""Pages, JSON API and live socket: what people see of the house."""
