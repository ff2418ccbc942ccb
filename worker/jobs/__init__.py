"""Choreography: lease, look, think, commit once, return what comes next."""
