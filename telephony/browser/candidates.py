"""Which addresses that a browser names are sent anything. PURE.

An offer names where the browser may be reached (RFC 8839 §5.1), and ICE has both sides try each
other's addresses. Whoever may make an offer could so have packets sent wherever he likes, also
into the house's own network. They are not needed: a browser can send to an address of ours, and
where its checks come from is an address, too (peer-reflexive, RFC 8445 §7.3.1.3), which then has
shown that it knows this offer's password. So nothing of what an offer names is taken, unless the
house itself is behind NAT, where it must send first. Then it is public addresses alone, and what
the configuration adds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MOST = 8
"""Addresses of one offer that are tried: each takes seven packets of a hundred bytes at most."""
LOWEST_PORT = 1024
"""No browser has a lower one."""
_GIVEN_OUT = IPv6Network("2000::/3")
"""All of IPv6 that is given out to hosts in the Internet (IANA). Not all that lies outside is known
to `is_global` of Python 3.11: site-local (RFC 3879), local NAT64 (RFC 8215), IPv4-compatible."""
_WITH_IPV4 = tuple(map(IPv6Network, ("2002::/16", "2001::/32")))
"""6to4 and Teredo: an IPv4 address is a part of them."""
_NAMED = ("a=candidate:", "a=remote-candidates:", "a=end-of-candidates")
_CANDIDATE = re.compile(
    r"a=candidate:[!-~]+ 1 udp [0-9]{1,10} (?P<host>[0-9a-f.:]{2,45}) (?P<port>[0-9]{1,5})"
    r" typ (host|srflx|relay)(?= |$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reach:
    """To whom the house sends checks of itself."""

    public: bool = False
    """To public addresses, before any came from there."""
    networks: Sequence[Network] = ()
    """And to these."""

    def kept(self, offer: str) -> str:
        """The offer (SDP) with those addresses alone. That no more will follow is left out, too:
        where the browser's own checks come from follows."""
        lines, seen = [], 0
        # As the library parts lines, so that none is hidden from us behind a strange line end.
        for line in offer.splitlines():
            if line.strip().startswith(_NAMED):
                if seen >= MOST or not self._may(line):
                    continue
                seen += 1
            lines.append(line)
        return "".join(f"{line}\r\n" for line in lines)

    def _may(self, line: str) -> bool:
        found = _CANDIDATE.match(line)
        if found is None or not LOWEST_PORT <= int(found["port"]) <= 65535:
            return False
        try:
            address = ip_address(found["host"])
        except ValueError:
            return False
        named = any(address in network for network in self.networks)
        return named or (self.public and is_public(address))


def is_public(address: Address) -> bool:
    """Whether it is one host's in the Internet: not private, loopback, link-local, multicast, or
    an IPv4 address in another dress."""
    if isinstance(address, IPv6Address) and address not in _GIVEN_OUT:
        return False
    dressed = any(address in network for network in _WITH_IPV4)
    return address.is_global and not address.is_multicast and not dressed
