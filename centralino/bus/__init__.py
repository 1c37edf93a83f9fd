"""Drivers of the bus port: `memory` in one process, `unix` between processes on one machine."""
