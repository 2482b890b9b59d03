package com.example.changewindow;

import java.util.List;

/**
 * What users write below {@code plugin.config}.
 *
 * <pre>{@code
 * days: [Mon, Tue, Wed, Thu]
 * from: "22:00"
 * to: "02:00"
 * zone: Europe/Berlin
 * }</pre>
 *
 * @param days on which the window opens; none means every day
 * @param from when it opens, hours and minutes
 * @param to when it closes; a time before {@code from} is on the next day
 * @param zone the name of a time zone; summer time is taken into account
 */
public record ChangeWindow(List<Day> days, String from, String to, String zone) {
    /** As users write them. */
    public enum Day {
        Mon,
        Tue,
        Wed,
        Thu,
        Fri,
        Sat,
        Sun
    }
}
