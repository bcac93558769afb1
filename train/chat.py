"""How messages become one text: the chat template that is written into every file.

It is Phi-3's, which llama.cpp recognises by its markers: a control token for each role and one for
the end, so that a prompt costs ten tokens of form.
"""

from __future__ import annotations

END = "<|end|>"
SPECIALS = ["<|pad|>", END, "<|system|>", "<|user|>", "<|assistant|>"]
JINJA = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\\n' + message['content'] + "
    "'<|end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"
)


def defused(text: str) -> str:
    """What others said cannot pass for a control token: the engine breaks them the same way."""
    for name in SPECIALS:
        text = text.replace(name, name[0] + " " + name[1:])
    return text


def render(messages: list[dict[str, str]]) -> str:
    out = "".join(f"<|{m['role']}|>\n{defused(m['content'])}{END}\n" for m in messages)
    return out + "<|assistant|>\n"
