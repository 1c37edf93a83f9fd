"""Calling out: campaigns, pacing, retries, and the durable dialler behind them."""
