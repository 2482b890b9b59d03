package io.kusionstack.operating.host.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of one status while it is computed: the only place where a condition that is stored and one that is wanted are
 * merged. The transition time moves only when the status of the condition does. Used by one thread, for one status.
 */
public final class Conditions {
    private final List<Condition> stored;
    private final List<Condition> all;
    private final Instant now;
    private final int longestMessage;

    private Conditions(List<Condition> stored, List<Condition> kept, Instant now, int longestMessage) {
        this.stored = List.copyOf(stored);
        this.all = new ArrayList<>(kept);
        this.now = now;
        this.longestMessage = longestMessage;
    }

    /**
     * The stored conditions, to be changed one by one; a type that is neither set nor removed stays.
     *
     * @param longestMessage in characters; a longer message is cut
     */
    public static Conditions changing(List<Condition> stored, Instant now, int longestMessage) {
        return new Conditions(List.of(), stored, now, longestMessage);
    }

    /** Only conditions that are set, in that order; of the stored ones the transition times are taken over. */
    public static Conditions replacing(List<Condition> stored, Instant now) {
        return new Conditions(stored, List.of(), now, Integer.MAX_VALUE);
    }

    public void set(String type, boolean status, String reason, String message) {
        String word = status ? "True" : "False";
        String text = message.length() <= longestMessage ? message : message.substring(0, longestMessage);
        Optional<Condition> earlier = find(all, type);
        String since = earlier.or(() -> find(stored, type))
                .filter(known -> word.equals(known.status()))
                .map(Condition::lastTransitionTime)
                .orElse(now.truncatedTo(ChronoUnit.SECONDS).toString());
        Condition wanted = new Condition(type, word, since, reason, text.isEmpty() ? null : text);
        if (earlier.isPresent()) {
            all.set(all.indexOf(earlier.get()), wanted);
        } else {
            all.add(wanted);
        }
    }

    public void remove(String type) {
        all.removeIf(condition -> type.equals(condition.type()));
    }

    public boolean isTrue(String type) {
        return find(all, type).filter(known -> "True".equals(known.status())).isPresent();
    }

    /** Empty if there is no such condition, or if it has no message. */
    public String message(String type) {
        return find(all, type)
                .flatMap(known -> Optional.ofNullable(known.message()))
                .orElse("");
    }

    /** Empty if there is no such condition, or if it has no reason. */
    public String reason(String type) {
        return find(all, type)
                .flatMap(known -> Optional.ofNullable(known.reason()))
                .orElse("");
    }

    public List<Condition> all() {
        return List.copyOf(all);
    }

    /** As they are written into a status; a member without a value is left out. */
    public static ArrayNode json(List<Condition> conditions) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (Condition condition : conditions) {
            ObjectNode each = array.addObject();
            put(each, "type", condition.type());
            put(each, "status", condition.status());
            put(each, "lastTransitionTime", condition.lastTransitionTime());
            put(each, "reason", condition.reason());
            put(each, "message", condition.message());
        }
        return array;
    }

    private static void put(ObjectNode tree, String member, @Nullable String value) {
        if (value != null) {
            tree.put(member, value);
        }
    }

    private static Optional<Condition> find(List<Condition> conditions, String type) {
        return conditions.stream().filter(known -> type.equals(known.type())).findFirst();
    }
}
