"""Grammar-based fuzzing: the samples are changed in every way that a partner or an attacker might, and read."""
