"""Whether a process's calls of the system can be watched here: strace is there, and allowed to."""

import shutil
import subprocess

import pytest


def _may_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    tried = ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "true"]
    return subprocess.run(tried, capture_output=True, timeout=30).returncode == 0


TRACED = pytest.mark.skipif(not _may_trace(), reason="strace is not installed, or may not trace")
