"""The wiring of `outbound`: its books on a database, its service in control, its pages."""
