package io.kusionstack.operating.host.plugins;

import java.util.LinkedHashMap;
import java.util.Map;

/** Remembers the last log message of each topic, so that it is logged once. Any thread. */
final class LogOnce {
    /** Beyond this the message that is longest ago is forgotten, and may be logged once more. */
    private static final int MOST = 1000;

    private final Map<Topic, String> texts = new LinkedHashMap<>(16, 0.75f, true);

    synchronized boolean isNew(Topic topic, String text) {
        boolean isNew = !text.equals(texts.put(topic, text));
        if (texts.size() > MOST) {
            texts.remove(texts.keySet().iterator().next());
        }
        return isNew;
    }

    /** True if a message of the topic was logged; forgets it. */
    synchronized boolean isOver(Topic topic) {
        return texts.remove(topic) != null;
    }
}
