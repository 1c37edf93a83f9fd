"""A bot's flow as a picture, with the calls of a day on its edges."""
