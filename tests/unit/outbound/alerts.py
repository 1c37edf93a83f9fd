"""Alerts in the shapes of the standard's own examples (CAP 1.2, appendix A), written for here."""

from __future__ import annotations

from outbound.cap import NAMESPACE

HOMELAND = f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{NAMESPACE}">
  <identifier>31b4e2f7</identifier>
  <sender>office@warn.example</sender>
  <sent>2026-01-31T14:39:01-05:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <category>Security</category>
    <event>Heightened watch</event>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    <senderName>Office of Warnings</senderName>
    <headline>The level of watch was raised</headline>
    <description>The level was raised today.
       Attacks are thought possible.</description>
    <instruction>Report what is suspicious.</instruction>
    <web>http://www.warn.example/level</web>
    <parameter><valueName>LEVEL</valueName><value>ORANGE</value></parameter>
    <resource>
      <resourceDesc>picture</resourceDesc><mimeType>image/gif</mimeType>
      <uri>http://www.warn.example/level.gif</uri>
    </resource>
    <area><areaDesc>The whole country</areaDesc></area>
  </info>
</alert>"""

STORM = f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{NAMESPACE}">
  <identifier>STO-10552.2</identifier>
  <sender>storms@met.example</sender>
  <sent>2026-06-17T14:57:00-07:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <category>Met</category>
    <event>SEVERE THUNDERSTORM</event>
    <responseType>Shelter</responseType>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <eventCode><valueName>SAME</valueName><value>SVR</value></eventCode>
    <expires>2026-06-17T16:00:00-07:00</expires>
    <senderName>Weather office, Riverton</senderName>
    <headline>Severe thunderstorm until four in the afternoon</headline>
    <description>Hail as large as eggs and winds of seventy miles an hour.</description>
    <instruction>Go inside until the storm has passed.</instruction>
    <area>
      <areaDesc>North of the river</areaDesc>
      <polygon>38.47,-120.14 38.34,-119.95 38.52,-119.74 38.62,-119.89 38.47,-120.14</polygon>
      <geocode><valueName>SAME</valueName><value>006109</value></geocode>
      <geocode><valueName>SAME</valueName><value>006009</value></geocode>
    </area>
  </info>
</alert>"""

EARTHQUAKE = f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{NAMESPACE}">
  <identifier>TRI13970876.2</identifier>
  <sender>trinet@quake.example</sender>
  <sent>2026-06-11T20:56:00-07:00</sent>
  <status>Actual</status>
  <msgType>Update</msgType>
  <scope>Public</scope>
  <references>trinet@quake.example,TRI13970876.1,2026-06-11T20:30:00-07:00</references>
  <info>
    <category>Geo</category>
    <event>Earthquake</event>
    <urgency>Past</urgency>
    <severity>Minor</severity>
    <certainty>Observed</certainty>
    <senderName>Network of Seismographs</senderName>
    <headline>A quake of 3.4 near the lake</headline>
    <area>
      <areaDesc>12 miles from the lake</areaDesc>
      <circle>32.9525,-115.5527 0</circle>
    </area>
  </info>
</alert>"""

CHILD = f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{NAMESPACE}">
  <identifier>KAR0-0306112239-SW</identifier>
  <sender>KARO@police.example</sender>
  <sent>2026-06-11T22:39:00-07:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <source>SW</source>
  <scope>Public</scope>
  <info>
    <language>en-US</language>
    <category>Rescue</category>
    <event>Child Abduction</event>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    <headline>A child was taken</headline>
    <area><areaDesc>The county</areaDesc></area>
  </info>
  <info>
    <language>es-US</language>
    <category>Rescue</category>
    <event>Abducción de Niño</event>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    <headline>Se llevaron a un niño</headline>
    <area><areaDesc>El condado</areaDesc></area>
  </info>
</alert>"""


def cap(
    kind: str = "Alert",
    identifier: str = "a1",
    *,
    sender: str = "storms@met.example",
    status: str = "Actual",
    references: str = "",
    info: str | None = None,
) -> bytes:
    """An alert with exactly this."""
    block = info_block() if info is None else info
    about = f"<references>{references}</references>" if references else ""
    return (
        f'<alert xmlns="{NAMESPACE}"><identifier>{identifier}</identifier>'
        f"<sender>{sender}</sender><sent>2026-06-17T15:00:00-07:00</sent><status>{status}</status>"
        f"<msgType>{kind}</msgType><scope>Public</scope>{about}{block}</alert>"
    ).encode()


def reference(identifier: str = "a1", sender: str = "storms@met.example") -> str:
    """How another alert names one of `cap`."""
    return f"{sender},{identifier},2026-06-18T00:00:00+02:00"


def info_block(**change: str) -> str:
    """An info block, with some elements changed, or left out where empty."""
    parts = {
        "language": "en-US", "category": "Met", "event": "Storm", "responseType": "Shelter",
        "urgency": "Expected", "severity": "Severe", "certainty": "Likely", "onset": "",
        "expires": "", "headline": "A storm comes", "instruction": "Stay inside.",
        **change,
    }  # fmt: skip
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in parts.items() if value)
    return f"<info>{inner}</info>"
