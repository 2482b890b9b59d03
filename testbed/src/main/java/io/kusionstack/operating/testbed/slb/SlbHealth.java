package io.kusionstack.operating.testbed.slb;

import java.util.Locale;

/** What a health check found. */
public enum SlbHealth {
    /** Answers. */
    NORMAL,
    /** Does not answer. */
    ABNORMAL,
    /** Not known yet. */
    UNAVAILABLE;

    /** As the API spells it. */
    String spelled() {
        return name().toLowerCase(Locale.ROOT);
    }
}
