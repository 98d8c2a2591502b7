"""Runs a command on its own terminal and types answers to its prompts, as a user at the keyboard does.

answer_prompts.py PROMPT ANSWER [PROMPT ANSWER ...] -- COMMAND ...

A program that asks for a PIN discards what was typed before the prompt. PROMPT is a part of the prompt's text; each prompt is
answered once, in this order. Ends with the command's exit code.
"""

import os
import pty
import sys

split = sys.argv.index("--")
answers, command = sys.argv[1:split], sys.argv[split + 1 :]

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)

unanswered = b""
while True:
    try:
        text = os.read(terminal, 4096)
    except OSError:  # the command has closed the terminal
        break
    if not text:
        break
    sys.stdout.buffer.write(text.replace(b"\r\n", b"\n"))
    sys.stdout.buffer.flush()
    unanswered += text
    if answers and answers[0].encode() in unanswered:
        os.write(terminal, answers[1].encode() + b"\n")
        answers, unanswered = answers[2:], b""

_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
