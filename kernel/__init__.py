"""What every room shares and nothing of any subject."""
