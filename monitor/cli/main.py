"""The `tocsin` command: finds the command asked for, loads only that, turns errors into sentences and exit codes.

Exit codes: 0 fine, 1 a check failed or the service ended on an error, 2 wrong use or settings.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from monitor.core.errors import MonitorError, SettingsError, UsageError

FINE, FAILED, WRONG_USE = 0, 1, 2

# Where each command stands: loading all of them at every start would cost half a second.
_COMMANDS = {
    "init": "monitor.cli.init:init",
    "run": "monitor.cli.run:run",
    "demo": "monitor.cli.demo:demo",
    "poll": "monitor.cli.stages:poll",
    "match": "monitor.cli.stages:match",
    "alert": "monitor.cli.stages:alert",
    "deliver": "monitor.cli.stages:deliver",
    "web": "monitor.cli.stages:web",
    "check": "monitor.cli.check:check",
    "feeds": "monitor.cli.feeds:feeds",
    "rules": "monitor.cli.rules:rules",
    "actors": "monitor.cli.actors:actors",
    "extract": "monitor.cli.extract:extract",
    "scan": "monitor.cli.scan:scan",
    "backtest": "monitor.cli.backtest:backtest",
    "subscribe": "monitor.cli.subscribe:subscribe",
    "why": "monitor.cli.why:why",
    "topics": "monitor.cli.topics:topics",
    "recover": "monitor.cli.recover:recover",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (as above)
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        return command if isinstance(command, click.Command) else None


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: tocsin init && tocsin feeds check && tocsin run",
)
@click.version_option(package_name="tocsin")
def cli() -> None:
    """Watch news feeds and raise one alert per story.

    Begin with: tocsin demo, or: tocsin init, then tocsin run.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit."""
    try:
        code = cli.main(arguments, prog_name="tocsin", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        code = 130  # as shells report an end by Ctrl-C
    except (SettingsError, UsageError) as error:
        print(f"tocsin: {error}" if isinstance(error, UsageError) else str(error), file=sys.stderr)
        code = WRONG_USE
    except MonitorError as error:
        print(f"tocsin: {error}", file=sys.stderr)
        code = FAILED
    except BrokenPipeError:
        # The reader of our output has gone (`tocsin scan ... | head`): nothing is left to say, to anybody.
        sys.stderr.close()
        code = FAILED
    except OSError as error:
        # What no command expects but every machine has: a full disk, a file that may not be read.
        subject = f"{error.filename}: " if error.filename is not None else ""
        print(f"tocsin: {subject}{error.strerror or error}", file=sys.stderr)
        code = FAILED
    sys.exit(code if isinstance(code, int) else FINE)
