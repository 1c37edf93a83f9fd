"""People: their numbers, languages, time zones, consents; who is to be called, and who must not."""
