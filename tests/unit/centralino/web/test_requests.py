"""What a body may say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from centralino.web.choosing import NotNow
from centralino.web.history import NewNotes


@pytest.mark.parametrize("at", ["-1", "1e400", "NaN", "Infinity", "4e12"])
def test_somebody_is_called_again_at_a_time_that_comes(at: str) -> None:
    with pytest.raises(ValidationError, match="again_at"):
        NotNow.model_validate_json(f'{{"recipient": "one", "again_at": {at}}}')
    with pytest.raises(ValidationError, match="again_at"):
        NewNotes.model_validate_json(f'{{"again_at": {at}}}')
    later = NotNow.model_validate_json('{"recipient": "one", "again_at": 1.8e9}')
    assert later.again_at == 1.8e9
