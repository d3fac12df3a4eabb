"""What people see: sign-in, inboxes and items as plain pages that work without scripts."""

from fastapi import APIRouter, Depends

from hub.web.access import from_here
from hub.web.pages import (
    accessibility,
    acts,
    bulk,
    check,
    folders,
    inbox,
    item,
    original,
    overview,
    preview,
    reading,
    search,
    settings,
    signing,
    timeline,
    views,
)
from hub.web.pages.page import failed, missed

__all__ = ["failed", "missed", "router"]

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_here)])
for part in (
    signing.router,
    timeline.router,
    inbox.router,
    item.router,
    acts.router,
    overview.router,
    original.router,
    preview.router,
    reading.router,
    check.router,
    settings.router,
    accessibility.router,
    folders.router,
    bulk.router,
    views.router,
    search.router,
):
    router.include_router(part)
