"""What a day would bring: the distributor on made-up days, and Erlang's formulas. PURE."""
