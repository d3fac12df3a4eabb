"""A cluster of three message brokers, a PostgreSQL and all of the hub's processes, and the demo's day through them."""
