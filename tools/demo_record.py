"""The last part of the demo: a member takes the record away and verifies it with one file of ours."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.demo_cast import must
from tools.demo_undo import Undoing

VERIFIER = Path(__file__).resolve().parent / "verify.py"


class Record(Undoing):
    """The export, the signed checkpoints, an old receipt, and what one changed byte does."""

    def ledger(self) -> str:
        """Export and verify, trusting nothing but an old ballot and the key that was noted; change a byte."""
        ledger, checkpoints, receipt = (self.folder / name for name in ("ledger", "checkpoints", "ballot"))
        checkpoints.write_bytes(self["hugo"].get("/ledger/checkpoints").expect(200).body)
        ledger.write_bytes(self["hugo"].get("/ledger").expect(200).body)
        receipt.write_text(json.dumps(self.ballot), encoding="utf-8")
        key = self["hugo"].get("/ledger/keys").expect(200).json()["items"][-1]["key"]
        command = [str(ledger), "--checkpoints", str(checkpoints), "--receipt", str(receipt), "--key", key]
        verdict = self._verify(command)
        must(not verdict["problems"], f"the verifier says {verdict['problems']}")
        must(verdict["tallies"] == 3 and verdict["receipts"] == 1, f"the verifier says {verdict}")
        found = self._changed(ledger, command)
        self.receipts.append(("ledger", f"{verdict['events']} events, head {verdict['head'][:32]}…"))
        return (
            f"{verdict['events']} events, {verdict['covered']} of them under signed checkpoints, "
            f"{verdict['tallies']} votes counted again; "
            f"one changed byte: «{found['where']}: {found['detail']}»"
        )

    def _changed(self, ledger: Path, command: list[str]) -> Any:
        """Change one byte of a tally, and return the first thing that the verifier finds."""
        whole = ledger.read_bytes()
        must(b'"against":1' in whole, "no vote in the export has one vote against")
        ledger.write_bytes(whole.replace(b'"against":1', b'"against":0', 1))
        found = self._verify(command)["problems"]
        must(found, "a changed byte was not found")
        return found[0]

    def _verify(self, arguments: list[str]) -> Any:
        """Run the verifier alone, as a stranger would: isolated, outside the project, told no environment."""
        command = [sys.executable, "-I", str(VERIFIER), *arguments, "--json"]
        done = subprocess.run(command, cwd=self.folder, env={}, capture_output=True, text=True, check=False)
        must(done.stdout, f"the verifier failed: {done.stderr}")
        return json.loads(done.stdout)
