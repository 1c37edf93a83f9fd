"""Benches that call a running house, or feed its engines, and measure what comes back."""
