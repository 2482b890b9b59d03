package io.kusionstack.operating.host.config;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong, so that all of it is told at once. Used by one thread. */
final class Problems {
    private final List<Problem> found = new ArrayList<>();

    void add(String path, String value, String rule) {
        found.add(new Problem(path, value, rule));
    }

    List<Problem> found() {
        return List.copyOf(found);
    }
}
