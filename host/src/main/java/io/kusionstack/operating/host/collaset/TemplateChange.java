package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.MapEdit;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The way from one template to another. */
sealed interface TemplateChange {
    /**
     * A running Pod can be changed.
     *
     * @param images new image by container name; empty when only labels or annotations change
     */
    record InPlace(MapEdit labels, MapEdit annotations, SortedMap<String, String> images) implements TemplateChange {
        public InPlace {
            images = Collections.unmodifiableSortedMap(new TreeMap<>(images));
        }
    }

    /** @param why the part of the template that no running Pod can change */
    record Recreate(String why) implements TemplateChange {}
}
