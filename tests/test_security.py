"""Nothing opens the door: no pickle, no code from a file, no server without a token."""

import re
import sys
from pathlib import Path

import pytest

from gan_lessons.runtime import keras
from gan_lessons.training import GAN

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
from audit import verdicts

ROOT = Path(__file__).resolve().parents[1]
# In no file but this one. Unasked, NumPy and PyTorch load no pickle and Keras no code.
NEVER = [
    r"allow_pickle\s*=\s*True",
    r"\bimport (pickle|cPickle|dill|joblib|shelve)\b",
    r"safe_mode\s*=\s*False",
    r"enable_unsafe_deserialization",
    r"weights_only\s*=\s*False",
    r"(ServerApp|IdentityProvider|NotebookApp)\.(token|password)\s*=\s*(['\"]|$|\s)",  # none at all
    r"(ServerApp|NotebookApp)\.(allow_origin|disable_check_xsrf)",
    r"(ServerApp|NotebookApp)\.ip\s*=\s*(?!127\.0\.0\.1)",
    r"0\.0\.0\.0",
]


def files():
    """(path, text) of all that is ours."""
    ours = ["gan_lessons", "notebooks", "tests", "tools", "binder", "docs", ".ci"]
    for path in [*ROOT.glob("*.*"), *(path for name in ours for path in (ROOT / name).rglob("*"))]:
        if path.suffix in {".py", ".ipynb", ".md", ".txt", ".toml", ".js", ""} and path.is_file():
            yield path, path.read_text("utf-8", errors="ignore")


@pytest.mark.parametrize("pattern", NEVER)
def test_no_file_says(pattern):
    found = [path for path, text in files() if re.search(pattern, text)]
    assert [path for path in found if path != Path(__file__).resolve()] == []


def test_a_saved_model_with_code_in_it_is_refused(tmp_path):
    x = keras.Input((2,))
    keras.Model(x, keras.layers.Lambda(lambda v: v)(x)).save(tmp_path / "evil.keras")
    with pytest.raises(ValueError, match="Lambda"):
        GAN.load(tmp_path / "evil.keras")


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ({"version": "1.0", "vulns": []}, "clean"),
        ({"version": "1.0", "vulns": [{"id": "PYSEC-1"}]}, "vulnerable: PYSEC-1"),
        ({"version": "0.9", "vulns": []}, "not checked: pip-audit looked at 0.9"),
        ({"skip_reason": "not on PyPI"}, "not checked: not on PyPI"),
        (None, "not checked: pip-audit does not mention it"),
    ],
)
def test_what_was_not_checked_is_never_clean(row, verdict):
    rows = [] if row is None else [{"name": "Some_Package", **row}]
    found = verdicts({"some-package": "1.0"}, {"dependencies": rows})
    assert list(found) == ["some-package"] and found["some-package"].startswith(verdict)


def test_an_audit_without_an_answer_checks_nothing():
    assert verdicts({"a": "1"}, None, "no network") == {"a": "not checked: no network"}
