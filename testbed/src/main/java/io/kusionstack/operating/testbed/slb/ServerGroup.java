package io.kusionstack.operating.testbed.slb;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One vserver group and what it was. Guarded by {@link Balancers}. */
final class ServerGroup {
    private static final int CHANGES = 10_000;

    /** A backend, and since when it is registered. */
    record Member(SlbBackend backend, Instant registered) {}

    private record Version(Instant at, Map<SlbBackend.Key, Member> members) {}

    private final String id;
    private final String name;
    private final String loadBalancer;
    private final List<SlbListener> listeners;
    private final Deque<Version> versions = new ArrayDeque<>();
    private Instant busyUntil = Instant.MIN;

    ServerGroup(String id, String name, String loadBalancer, List<SlbListener> listeners) {
        this.id = id;
        this.name = name;
        this.loadBalancer = loadBalancer;
        this.listeners = List.copyOf(listeners);
        versions.add(new Version(Instant.MIN, Map.of()));
    }

    String id() {
        return id;
    }

    String name() {
        return name;
    }

    String loadBalancer() {
        return loadBalancer;
    }

    List<SlbListener> listeners() {
        return listeners;
    }

    boolean isBusy(Instant now) {
        return now.isBefore(busyUntil);
    }

    /** As the last write left it, whether in effect or not. */
    Map<SlbBackend.Key, Member> written() {
        return new LinkedHashMap<>(versions.getLast().members());
    }

    /** As requests and reads met it at that instant. */
    Collection<Member> members(Instant at) {
        Iterator<Version> newestFirst = versions.descendingIterator();
        while (newestFirst.hasNext()) {
            Version version = newestFirst.next();
            if (!version.at().isAfter(at)) {
                return version.members().values();
            }
        }
        return List.of();
    }

    void write(Map<SlbBackend.Key, Member> members, Instant inEffect, Instant busy) {
        busyUntil = busy;
        versions.addLast(new Version(inEffect, members));
        if (versions.size() > CHANGES) {
            versions.removeFirst();
        }
    }

    List<SlbChange> history() {
        List<SlbChange> history = new ArrayList<>();
        for (Version version : versions) {
            if (!version.at().equals(Instant.MIN)) {
                history.add(
                        new SlbChange(version.at(), backends(version.members().values())));
            }
        }
        return history;
    }

    static List<SlbBackend> backends(Collection<Member> members) {
        return members.stream().map(Member::backend).toList();
    }
}
