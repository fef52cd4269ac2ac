"""Schedule runs: never edited, shown with a plot, asked for again."""

import uuid
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import get_language_from_request
from unfold.decorators import display

from assets.admin.sensors import CHART_MEDIA
from scheduling import services
from scheduling.admin.outcomes import OutcomeAdmin
from scheduling.flex.run import RunResult
from scheduling.models import RunState, ScheduleRun
from scheduling.planning.varying import Knob
from scheduling.queries.chart import chart_document
from scheduling.queries.overview import plan_of
from scheduling.queries.reasons import (
    Explained,
    comparable_runs,
    costs_side_by_side,
    explained,
    reason_rows,
)
from tenants.accounts.actors import actor_of
from tenants.admin.read_only import ReadOnly
from tenants.database import connection


@admin.register(ScheduleRun)
class ScheduleRunAdmin(ReadOnly, OutcomeAdmin[ScheduleRun]):
    """A run's page shows the plan, what it costs, why it is so, or why there is none."""

    looks_again_seconds = "2"
    list_display = [
        "asset",
        "start",
        "end",
        "shown_state",
        "shown_cost",
        "engine",
        "variation",
        "finished_at",
        "requested_by",
    ]
    list_filter = ["state", "engine"]
    list_select_related = ["asset"]
    search_fields = ["asset__name", "id"]
    date_hierarchy = "requested_at"
    # Counting all runs of a busy tenant takes longer than showing a page of them.
    show_full_result_count = False
    ordering = ["-requested_at", "-id"]
    change_form_outer_before_template = "scheduling/admin/run.html"
    fieldsets = [
        (
            None,
            {"fields": ["asset", "start", "end", "step", "engine", "variation", "knowledge_time"]},
        ),
        (None, {"fields": ["requested_by", "requested_at", "finished_at"]}),
        ("What was asked", {"fields": ["problem"], "classes": ["collapse"]}),
    ]

    @property
    def media(self) -> Media:
        return super().media + CHART_MEDIA

    @display(
        description="state",
        ordering="state",
        label={
            RunState.QUEUED.label: "info",
            RunState.SOLVING.label: "warning",
            RunState.READY.label: "success",
            RunState.INFEASIBLE.label: "danger",
            RunState.FAILED.label: "danger",
        },
    )
    def shown_state(self, run: ScheduleRun) -> str:
        return RunState(run.state).label

    @admin.display(description="cost", ordering="cost")
    def shown_cost(self, run: ScheduleRun) -> str | None:
        """To the cent, in the tenant's currency; None without a plan."""
        return None if run.cost is None else f"{run.cost:,.2f} {connection.tenant.currency}"

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<uuid:pk>/chart.json",
                self.admin_site.admin_view(self.chart),
                name="scheduling_schedulerun_chart",
            ),
            path(
                "<uuid:pk>/again/",
                self.admin_site.admin_view(self.ask_again),
                name="scheduling_schedulerun_again",
            ),
            path(
                "<uuid:pk>/nearest/",
                self.admin_site.admin_view(self.ask_nearest),
                name="scheduling_schedulerun_nearest",
            ),
            path(
                "<uuid:pk>/what-if/",
                self.admin_site.admin_view(self.ask_what_if),
                name="scheduling_schedulerun_what_if",
            ),
            path(
                "<uuid:pk>/beside/",
                self.admin_site.admin_view(self.beside),
                name="scheduling_schedulerun_beside",
            ),
            *super().get_urls(),
        ]

    def chart(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Answer the run's plan as the chart reads it; without panels while there is none."""
        run = self._visible(request, pk)
        if run.state != RunState.READY:
            return JsonResponse({"panels": []})
        plan = plan_of(run, now=timezone.now())
        reasons = reason_rows(
            plan,
            currency=connection.tenant.currency,
            language=get_language_from_request(request),
        )
        return JsonResponse(chart_document(plan, reasons))

    def ask_again(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Ask for the same plan with what is known now; the old run stays as it was."""
        return self._ask(request, pk, services.request_again)

    def ask_nearest(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Ask for the plan that breaks least, where none keeps every limit."""
        return self._ask(request, pk, services.request_nearest)

    def _ask(
        self, request: HttpRequest, pk: uuid.UUID, ask: Callable[..., ScheduleRun]
    ) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run = self._visible(request, pk)
        try:
            again = ask(actor=actor_of(request.user), run=run, now=timezone.now())
        except (ValidationError, PermissionDenied) as refusal:
            words = "; ".join(getattr(refusal, "messages", [str(refusal)]))
            self.message_user(request, words, messages.ERROR)
            return redirect("admin:scheduling_schedulerun_change", pk)
        self.message_user(request, "Asked again.", messages.SUCCESS)
        return redirect("admin:scheduling_schedulerun_change", again.pk)

    def ask_what_if(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Ask what the plan would be with the field ``knob`` at ``value``; a run of its own."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run = self._visible(request, pk)
        try:
            changes = {Knob(request.POST.get("knob", "")): float(request.POST.get("value", ""))}
            asked = services.request_what_if(
                actor=actor_of(request.user), run=run, changes=changes, now=timezone.now()
            )
        except (ValueError, ValidationError, PermissionDenied) as refusal:
            words = "; ".join(getattr(refusal, "messages", [str(refusal)]))
            self.message_user(request, words, messages.ERROR)
            return redirect("admin:scheduling_schedulerun_change", pk)
        self.message_user(request, "Asked; hold it beside this run when it is ready.")
        return redirect("admin:scheduling_schedulerun_change", asked.pk)

    def beside(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Show two plans side by side; the other is the run whose id is ``with``."""
        first = self._visible(request, pk)
        try:
            second = self._visible(request, uuid.UUID(request.GET.get("with", "")))
        except ValueError:
            raise Http404("no such run") from None
        if {first.state, second.state} != {RunState.READY}:
            raise Http404("a run without a plan")
        sides = [self._explained(request, run) for run in (first, second)]
        context = {
            **self.admin_site.each_context(request),
            "title": f"Two plans of {first.asset}",
            "opts": self.opts,
            "media": self.media,
            "sides": sides,
            "terms": costs_side_by_side(*(side.plan.result for side in sides)),
            "difference": (second.cost or 0.0) - (first.cost or 0.0),
        }
        return TemplateResponse(request, "scheduling/admin/beside.html", context)

    def _explained(self, request: HttpRequest, run: ScheduleRun) -> Explained:
        now = timezone.now()
        return explained(
            plan_of(run, now=now),
            currency=connection.tenant.currency,
            language=get_language_from_request(request),
            now=now,
        )

    def outcome(self, request: HttpRequest, row: ScheduleRun) -> dict[str, Any]:
        """Return the plan with its reasons, and what can be asked of it."""
        result = RunResult.model_validate(row.result or {})
        zone, language = ZoneInfo(result.time_zone), get_language_from_request(request)
        conflicts = [each.words(language=language, zone=zone) for each in result.contradiction]
        if row.state != RunState.READY:
            return {"conflicts": conflicts}
        why = self._explained(request, row)
        return {
            "conflicts": conflicts,
            "explained": why,
            "plan": why.plan,
            "knobs": [(knob.value, knob.value.replace("_", " ")) for knob in Knob],
            "others": comparable_runs(actor_of(request.user), row),
        }

    def _visible(self, request: HttpRequest, pk: uuid.UUID) -> ScheduleRun:
        runs = ScheduleRun.objects.visible_to(actor_of(request.user)).select_related("asset")
        run = runs.filter(pk=pk).first()
        if run is None or not self.has_view_permission(request, run):
            raise Http404("no such run")
        return run
