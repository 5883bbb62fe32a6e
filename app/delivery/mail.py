"""Mail: to a file or the console until SMTP is configured. What a mail says is a template in templates/mail."""

from __future__ import annotations

import logging
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from flask import current_app, render_template
from flask_babel import force_locale

from app.config import Config

log = logging.getLogger(__name__)

#: Python loses spaces where it breaks a long subject that is not English; a line may have 998 characters.
_POLICY = EmailPolicy(max_line_length=998, cte_type="7bit")


def send(to: str, template: str, locale: str, **context: Any) -> None:
    """Send templates/mail/<template>.txt to an address, in the receiver's language. Its first line is the subject.

    Raises OSError or smtplib.SMTPException when the server does not take it: the job is then tried again.
    """
    config: Config = current_app.config["ATRIUM"]
    with force_locale(locale):
        subject, _, body = render_template(f"mail/{template}.txt", **context).strip().partition("\n")
    message = EmailMessage(_POLICY)
    message["From"], message["To"], message["Subject"] = config.mail_from, to, subject.strip()
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="atrium")
    message.set_content(body.strip() + "\n")
    scheme = urlsplit(config.mail).scheme or config.mail
    _WAYS[scheme](config, message)


def _file(config: Config, message: EmailMessage) -> None:
    folder: Path = config.var / "mail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{uuid4().hex}.eml"
    path.write_bytes(bytes(message))
    log.info("mail for %s written to %s", message["To"], path)


def _console(config: Config, message: EmailMessage) -> None:
    print(f"\n--- mail to {message['To']}: {message['Subject']}\n{message.get_content()}---", flush=True)


def _smtp(config: Config, message: EmailMessage) -> None:
    url = urlsplit(config.mail)
    options = parse_qs(url.query)
    host, port = url.hostname or "localhost", url.port or (465 if url.scheme == "smtps" else 25)
    context = ssl.create_default_context()
    server = (
        smtplib.SMTP_SSL(host, port, timeout=20, context=context)
        if url.scheme == "smtps"
        else smtplib.SMTP(host, port, timeout=20)
    )
    with server:
        if options.get("tls") == ["1"]:
            server.starttls(context=context)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(message)


_WAYS = {"file": _file, "console": _console, "smtp": _smtp, "smtps": _smtp}
