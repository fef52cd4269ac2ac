"""What is said of forecasts: why there is none, who made one and why, what was left out."""

from typing import Final

from tenants.sayings import Sentences

FORECASTS: Final = Sentences(
    {
        "none": ("no forecast: {why}", "geen prognose: {why}", "keine Prognose: {why}"),
        "not_by": ("{name} {why}", "{name} {why}", "{name} {why}"),
        "needs_days": (
            "needs {days} days with known steps, has {found}",
            "heeft {days} dagen met bekende stappen nodig, en heeft er {found}",
            "braucht {days} Tage mit bekannten Schritten, hat {found}",
        ),
        "needs_night": (
            "needs a series that is dark at night, as panels are",
            "heeft een reeks nodig die 's nachts donker is, zoals van zonnepanelen",
            "braucht eine Reihe, die nachts dunkel ist, wie von Solarmodulen",
        ),
        "failed": ("failed ({kind})", "is mislukt ({kind})", "ist gescheitert ({kind})"),
        "hangs": (
            "{name} gave no answer within {seconds:g} s",
            "{name} gaf geen antwoord binnen {seconds:g} s",
            "{name} gab innerhalb von {seconds:g} s keine Antwort",
        ),
        "wrong_shape": (
            "{name} answered an array of {shape}, not {wanted}",
            "{name} antwoordde met een reeks van {shape}, niet {wanted}",
            "{name} antwortete mit einem Feld von {shape}, nicht {wanted}",
        ),
        "no_numbers": (
            "{name} answered values that are no numbers",
            "{name} antwoordde met waarden die geen getallen zijn",
            "{name} antwortete mit Werten, die keine Zahlen sind",
        ),
        "quantiles_cross": (
            "{name} answered quantiles that are not in order",
            "{name} antwoordde met kwantielen die niet op volgorde staan",
            "{name} antwortete mit Quantilen in falscher Reihenfolge",
        ),
        "not_one_step": (
            "not one step has all its parts: {gaps}",
            "geen enkele stap heeft al haar delen: {gaps}",
            "kein einziger Schritt hat alle seine Teile: {gaps}",
        ),
        "part_silent": (
            "{part}: no forecast of {steps} steps",
            "{part}: geen prognose van {steps} stappen",
            "{part}: keine Prognose von {steps} Schritten",
        ),
        "sum": ("sum of {parts}", "som van {parts}", "Summe von {parts}"),
        "one_alone": (
            "{name} alone: its error was {better:.1%} below that of all together, over the last {origins} origins",
            "{name} alleen: zijn fout was {better:.1%} lager dan die van alle samen, over de laatste {origins} keren",
            "{name} allein: der Fehler war {better:.1%} kleiner als der aller zusammen, über die letzten {origins} Male",
        ),
        "all_by_skill": (
            "all by recent skill ({shares}): their error was {better:.1%} below the best plain profile, over the last {origins} origins",
            "alle naar recent succes ({shares}): hun fout was {better:.1%} lager dan het beste vaste profiel, over de laatste {origins} keren",
            "alle nach jüngstem Erfolg ({shares}): ihr Fehler war {better:.1%} kleiner als der des besten festen Profils, über die letzten {origins} Male",
        ),
        "unknown": (
            "{steps} steps unknown",
            "{steps} stappen onbekend",
            "{steps} Schritte unbekannt",
        ),
        "spikes": (
            "{steps} spikes left out",
            "{steps} uitschieters weggelaten",
            "{steps} Ausreißer weggelassen",
        ),
        "still": (
            "{steps} steps standing still left out",
            "{steps} stilstaande stappen weggelaten",
            "{steps} stillstehende Schritte weggelassen",
        ),
        "listed": ("{each}", "{each}", "{each}"),
    }
)
