"""A virtual year of deadlines, and working time counted minute by minute."""
