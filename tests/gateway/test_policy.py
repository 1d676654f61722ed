from __future__ import annotations

import inspect

import pytest
from fastapi import APIRouter

from perda.gateway.app import ROUTERS, create_app
from perda.gateway.models import Role
from perda.gateway.policy import PolicyRoute, UndeclaredPolicyError, open_to
from perda.gateway.services import Services


def test_a_route_without_a_policy_cannot_be_added() -> None:
    router = APIRouter(route_class=PolicyRoute)
    with pytest.raises(UndeclaredPolicyError, match="has no policy"):

        @router.get("/open")
        def forgotten() -> None: ...


def test_a_router_without_policies_stops_the_application(services: Services) -> None:
    router = APIRouter()

    @router.get("/open")
    def forgotten() -> None: ...

    with pytest.raises(UndeclaredPolicyError):
        create_app(services, [*ROUTERS, router])


def test_only_login_and_health_are_public() -> None:
    public = {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, PolicyRoute) and getattr(route.endpoint, "__perda_policy__")[0] is None  # noqa: B009
    }
    assert public == {"/api/v1/auth/login", "/api/v1/health"}


def test_declaring_a_policy_leaves_the_function_as_it_is() -> None:
    def endpoint(key: str) -> str:
        return key

    assert open_to(Role.ADMIN)(endpoint) is endpoint
    assert list(inspect.signature(endpoint).parameters) == ["key"]
