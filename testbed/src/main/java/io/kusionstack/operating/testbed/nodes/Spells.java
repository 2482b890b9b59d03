package io.kusionstack.operating.testbed.nodes;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The spells in which a Pod is reported unready though its containers run, those under way and those ahead. */
record Spells(List<Spell> spells) {
    static final Spells NONE = new Spells(List.of());

    /**
     * One spell.
     *
     * @param until null if it does not end by itself
     * @param answers whether requests are answered all the same, as when only the kubelet was away
     * @param begun whether it is under way
     */
    record Spell(Instant from, @Nullable Instant until, boolean answers, boolean begun) {
        private boolean isOver(Instant now) {
            return until != null && !until.isAfter(now);
        }

        private Spell at(Instant now) {
            return new Spell(from, until, answers, !from.isAfter(now));
        }
    }

    Spells {
        spells = List.copyOf(spells);
    }

    /** Those a user asks for, in which nothing is answered. */
    static Spells of(List<Span> spans, Instant now) {
        return new Spells(spans.stream().map(span -> spell(span, now, false)).toList());
    }

    Spells and(Span span, Instant now, boolean answers) {
        List<Spell> more = new ArrayList<>(spells);
        more.add(spell(span, now, answers));
        return new Spells(more);
    }

    private static Spell spell(Span span, Instant now, boolean answers) {
        Instant until = span.until() == null ? null : now.plus(span.until());
        return new Spell(now.plus(span.from()), until, answers, span.from().isZero());
    }

    /** The same at a later time: what is over is forgotten. */
    Spells at(Instant now) {
        return new Spells(spells.stream()
                .filter(spell -> !spell.isOver(now))
                .map(spell -> spell.at(now))
                .toList());
    }

    boolean unready() {
        return spells.stream().anyMatch(Spell::begun);
    }

    boolean silent() {
        return spells.stream().anyMatch(spell -> spell.begun() && !spell.answers());
    }

    /** When something changes next, null if nothing does. */
    @Nullable
    Instant due() {
        return spells.stream()
                .map(spell -> spell.begun() ? spell.until() : spell.from())
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .orElse(null);
    }
}
