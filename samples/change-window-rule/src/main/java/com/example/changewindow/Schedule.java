package com.example.changewindow;

import io.kusionstack.operating.plugin.InvalidConfigException;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** When the window is open. Pure: the time is an argument. */
record Schedule(Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone) {
    private static final int ONE_WEEK = 7;

    Schedule {
        days = Set.copyOf(days);
    }

    /** @throws InvalidConfigException with everything that is wrong, not only the first */
    static Schedule of(ChangeWindow config) throws InvalidConfigException {
        List<String> problems = new ArrayList<>();
        Optional<LocalTime> from = time("from", config.from(), problems);
        Optional<LocalTime> to = time("to", config.to(), problems);
        Optional<ZoneId> zone = zone(config.zone(), problems);
        if (from.isPresent() && from.equals(to)) {
            problems.add("to: \"" + config.to() + "\" is the same time as from; the window would never be open");
        }
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(problems);
        }
        Set<DayOfWeek> days = config.days().isEmpty()
                ? EnumSet.allOf(DayOfWeek.class)
                : config.days().stream()
                        .map(day -> DayOfWeek.of(day.ordinal() + 1))
                        .collect(Collectors.toSet());
        return new Schedule(days, from.get(), to.get(), zone.get());
    }

    private static Optional<LocalTime> time(String key, String text, List<String> problems) {
        try {
            return Optional.of(LocalTime.parse(text));
        } catch (DateTimeException e) {
            problems.add(key + ": \"" + text + "\" is not a time of day (wanted: hours and minutes such as \"09:30\")");
            return Optional.empty();
        }
    }

    private static Optional<ZoneId> zone(String text, List<String> problems) {
        try {
            return Optional.of(ZoneId.of(text));
        } catch (DateTimeException e) {
            problems.add("zone: \"" + text + "\" is not a time zone (wanted: a name such as Europe/Berlin or UTC)");
            return Optional.empty();
        }
    }

    /** Zero while the window is open. */
    Duration untilOpen(Instant now) {
        LocalDate today = now.atZone(zone).toLocalDate();
        Duration soonest = Duration.ofDays(ONE_WEEK + 1);
        // a window that opened yesterday may still be open
        for (int day = -1; day <= ONE_WEEK; day++) {
            LocalDate date = today.plusDays(day);
            if (!days.contains(date.getDayOfWeek())) {
                continue;
            }
            Instant opens = date.atTime(from).atZone(zone).toInstant();
            LocalDate last = to.isAfter(from) ? date : date.plusDays(1);
            Instant closes = last.atTime(to).atZone(zone).toInstant();
            if (now.isBefore(closes)) {
                Duration until = now.isBefore(opens) ? Duration.between(now, opens) : Duration.ZERO;
                soonest = until.compareTo(soonest) < 0 ? until : soonest;
            }
        }
        return soonest;
    }

    /** For people, and the same at any time: {@code Mon, Tue 22:00-02:00 Europe/Berlin}. */
    @Override
    public String toString() {
        String named = days.size() == ONE_WEEK
                ? "every day"
                : days.stream()
                        .sorted()
                        .map(day -> ChangeWindow.Day.values()[day.ordinal()].toString())
                        .collect(Collectors.joining(", "));
        return named + " " + from + "-" + to + " " + zone;
    }
}
