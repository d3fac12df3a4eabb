"""Processes killed at any moment, ten thousand times: nothing is lost, and nothing is done twice."""
