package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.CollaSetStatus.Condition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The conditions of a set, changed one by one; the transition time moves only when the status of a condition does. */
final class Conditions {
    private static final int LONGEST_MESSAGE = 1024;
    private final List<Condition> all;
    private final Instant now;

    Conditions(List<Condition> seen, Instant now) {
        this.all = new ArrayList<>(seen);
        this.now = now;
    }

    void set(String type, boolean status, String reason, String message) {
        String word = status ? "True" : "False";
        String text = message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE);
        Optional<Condition> seen = find(type);
        String since = seen.filter(known -> word.equals(known.status()))
                .map(Condition::lastTransitionTime)
                .orElse(now.truncatedTo(ChronoUnit.SECONDS).toString());
        Condition wanted = new Condition(type, word, since, reason, text.isEmpty() ? null : text);
        int place = seen.map(all::indexOf).orElse(all.size());
        if (place < all.size()) {
            all.set(place, wanted);
        } else {
            all.add(wanted);
        }
    }

    void remove(String type) {
        all.removeIf(condition -> type.equals(condition.type()));
    }

    boolean isTrue(String type) {
        return find(type).filter(known -> "True".equals(known.status())).isPresent();
    }

    /** Empty where there is no such condition, or it says nothing. */
    String message(String type) {
        return find(type).flatMap(known -> Optional.ofNullable(known.message())).orElse("");
    }

    String reason(String type) {
        return find(type).flatMap(known -> Optional.ofNullable(known.reason())).orElse("");
    }

    List<Condition> all() {
        return List.copyOf(all);
    }

    private Optional<Condition> find(String type) {
        return all.stream().filter(known -> type.equals(known.type())).findFirst();
    }
}
