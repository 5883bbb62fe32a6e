"""What browsers and watchdogs ask for: health, the manifest and service worker that make Atrium an app, robots.txt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Response, current_app, jsonify, make_response, render_template, url_for
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import assets, settings
from app.extensions import db
from views.public.base import public

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

#: What the page without a connection is drawn with, and calls for help with.
_OFFLINE_ASSETS = (
    "css/tokens.css",
    "css/base.css",
    "css/controls.css",
    "css/feedback.css",
    "css/shell.css",
    "css/sos.css",
    "js/ids.js",
    "js/person.js",
    "js/sos-press.js",
    "js/sos.js",
    "js/offline.js",
    "img/logo.svg",
    "img/art.svg",
)


@public.get("/healthz")
def healthz() -> Answer:
    """200 if this process can serve pages: it answers and reaches the database."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        current_app.logger.exception("the database does not answer")
        return make_response(jsonify(status="no database"), 503)
    return make_response(jsonify(status="ok"))


@public.get("/robots.txt")
def robots() -> Answer:
    """Nothing here is for search engines."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@public.get("/manifest.webmanifest")
def manifest() -> Answer:
    name = settings.get(db.session, "organization_name")
    icon = {"type": "image/png", "purpose": "any"}
    body = {
        "id": "/",
        "name": name,
        "short_name": name if len(name) <= 12 else "Atrium",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf8f4",
        "theme_color": "#155a6b",
        "icons": [
            {"src": assets.asset("img/icon-192.png"), "sizes": "192x192", **icon},
            {"src": assets.asset("img/icon-512.png"), "sizes": "512x512", **icon},
            {
                "src": assets.asset("img/icon-maskable-512.png"),
                "sizes": "512x512",
                **icon,
                "purpose": "maskable",
            },
        ],
    }
    response = Response(json.dumps(body, ensure_ascii=False), mimetype="application/manifest+json")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@public.get("/sw.js")
def service_worker() -> Answer:
    """Served from the root, so that it may serve all pages. It names what is kept: a new version of a file, another
    name of the location or phone of the staff makes it a new worker, and browsers ask for it at each page."""
    kept = {
        "page": url_for("public.offline"),
        "name": settings.get(db.session, "organization_name"),
        "phone": settings.get(db.session, "support_phone"),
        "files": [assets.icons(), *(assets.asset(path) for path in _OFFLINE_ASSETS)],
    }
    source = (assets.STATIC / "js" / "sw.js").read_text()
    response = Response(f"const OFFLINE = {json.dumps(kept)};\n{source}", mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@public.get("/offline")
def offline() -> str:
    """What the service worker keeps and shows when there is no connection. Of nobody, for everybody."""
    return render_template("public/offline.html", phone=settings.get(db.session, "support_phone"))
