"""The API called by its own description, rightly and wrongly: what it answers must be as it says."""
