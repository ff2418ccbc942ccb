"""No parameter is passed over: a slip of the pen, `claims=` for `claim=`, would answer with all there is."""

from __future__ import annotations

from fastapi import HTTPException, Request

from storage.search.errors import did_you_mean


def only_known(request: Request) -> None:
    """Raises the 422 for a parameter that the document does not name at this address.

    Feeds also take the token, which the guard has read.
    """
    address = request.scope["route"].path_format
    if not address.startswith("/api/v1"):
        return
    told = request.app.openapi()["paths"][address][request.method.lower()].get("parameters", ())
    known = {one["name"] for one in told if one["in"] == "query"}
    if address.endswith(".atom"):
        known.add("token")
    for name in request.query_params:
        if name not in known:
            hint = did_you_mean(name, known) or "; this address takes none"
            raise HTTPException(422, f"{name}: no such parameter{hint}")
