"""The accessibility statement: what of WCAG is met, what is not, how to tell us, and when it was looked at."""

from datetime import date

from fastapi import APIRouter, Request, Response

from hub.web import language
from hub.web.access import TheHub, Visitor
from hub.web.pages import page

router = APIRouter()

# When the pages were last gone through by hand; tests/web/test_accessibility.py goes through them in every run.
CHECKED = date(2026, 11, 22)

# The languages that the long text is written in; others read the first one, and are told so.
WRITTEN = ("nb", "en")


@router.get("/accessibility")
async def accessibility(request: Request, who: Visitor, hub: TheHub) -> Response:
    """The statement; open to everybody."""
    reader = language.of(request)
    values = {
        "places": await page.places(hub, who) if who else [],
        "written": reader.code if reader.code in WRITTEN else WRITTEN[0],
        "checked": reader.date(CHECKED, date.min),
        "contact": request.app.state.contact,
    }
    return page.show(request, "accessibility.html", values, who)
