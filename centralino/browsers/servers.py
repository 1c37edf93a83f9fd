"""What the configuration says of the way between browsers and the house."""

from __future__ import annotations

from centralino.config.model import Browsers
from centralino.config.secret_files import secret_in
from telephony.browser.candidates import Reach
from telephony.browser.servers import IceServers


def servers_of(section: Browsers) -> IceServers:
    """The servers that help. Raises ConfigError where the password's file cannot be read."""
    secret = secret_in(section.turn_password_file, "browsers.turn_password_file")
    return IceServers(section.stun, section.turn, section.turn_user, secret)


def reach_of(section: Browsers) -> Reach:
    """Whom the house may send checks first: nobody where it needs no server to be reached."""
    return Reach(bool(section.stun or section.turn), section.networks)
