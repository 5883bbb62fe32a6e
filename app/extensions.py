"""Objects that are not yet bound to an app. app/factory.py binds them."""

from __future__ import annotations

from flask_appbuilder.models.sqla.base import SQLA
from flask_migrate import Migrate
from flask_socketio import SocketIO

from models import Model

# Flask-AppBuilder's SQLA() has a metadata of its own: without ours autogenerate finds no table.
db = SQLA(metadata=Model.metadata, session_options={"expire_on_commit": False})
migrate = Migrate(directory="models/migrations")
socketio = SocketIO()
