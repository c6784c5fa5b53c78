"""`.env.example` is the settings reference: in step with the settings, and a valid file itself."""

from pathlib import Path

from bot.cli.env_example import env_example
from bot.cli.environment import read_environment
from bot.settings import Settings

FILE = Path(__file__).resolve().parents[3] / ".env.example"


def test_the_file_is_in_step_with_the_settings() -> None:
    assert FILE.read_text(encoding="utf-8") == env_example(), (
        "run: python -m bot.cli.env_example > .env.example"
    )


def test_every_setting_is_described() -> None:
    assert all(setting.description for setting in Settings.model_fields.values())


def test_the_example_means_the_defaults() -> None:
    assert Settings.read(read_environment({}, FILE)) == Settings.read({})
