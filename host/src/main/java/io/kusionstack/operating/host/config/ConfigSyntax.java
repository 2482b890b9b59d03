package io.kusionstack.operating.host.config;

import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * What is wrong with a configuration file as YAML: told by line and column and in fixed words, for the words of the file, and those
 * of a parser about them, may be a secret. One use, one thread.
 */
final class ConfigSyntax {
    /** Of valid YAML that is larger than its parser allows. */
    static final String UNREADABLE = "it is too large to be read as YAML";

    private static final int DEEPEST = 100;

    private final List<String> mistakes = new ArrayList<>();
    private final Deque<Level> levels = new ArrayDeque<>();
    private int documents;

    /** A map or a list that is open. */
    private static final class Level {
        private final boolean isMap;
        private final Set<String> keys = new HashSet<>();
        private boolean isAtKey;

        Level(boolean isMap) {
            this.isMap = isMap;
            this.isAtKey = isMap;
        }
    }

    private ConfigSyntax() {}

    /** All mistakes that come before the text cannot be understood any more, and that one. */
    static List<String> mistakes(String text) {
        ConfigSyntax syntax = new ConfigSyntax();
        syntax.read(text);
        return syntax.mistakes;
    }

    private void read(String text) {
        Optional<String> unprintable = unprintable(text);
        if (unprintable.isPresent()) {
            mistakes.add(notValidAt(unprintable.get()));
            return;
        }
        try {
            for (Event event : new Yaml().parse(new StringReader(text))) {
                take(event);
                if (levels.size() > DEEPEST) {
                    mistakes.add(place(event.getStartMark()) + " is nested deeper than " + DEEPEST + " levels");
                    return;
                }
            }
        } catch (MarkedYAMLException e) {
            mistakes.add(notValidAt(place(e.getProblemMark()) + begin(e)));
        } catch (YAMLException e) {
            mistakes.add(UNREADABLE);
        }
        if (documents > 1) {
            mistakes.add("it has " + documents + " YAML documents, and one is allowed; put all into one");
        }
    }

    private static String notValidAt(String place) {
        return "it is not valid YAML at " + place;
    }

    /** The place of a character that no YAML has: the parser says of it only how many others it read before. */
    private static Optional<String> unprintable(String text) {
        int line = 1;
        int column = 1;
        for (int c : text.codePoints().toArray()) {
            if (!StreamReader.isPrintable(c)) {
                return Optional.of("line " + line + ", column " + column);
            }
            line += c == '\n' ? 1 : 0;
            column = c == '\n' ? 1 : column + 1;
        }
        return Optional.empty();
    }

    private static String place(Mark mark) {
        return "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1);
    }

    /** For a mistake that shows only far behind where it was made: a quote or a bracket that is not closed. */
    private static String begin(MarkedYAMLException e) {
        Mark begin = e.getContextMark();
        return begin == null || place(begin).equals(place(e.getProblemMark()))
                ? ""
                : ", in what begins at " + place(begin);
    }

    private void take(Event event) {
        switch (event) {
            case DocumentStartEvent begin -> documents++;
            case CollectionEndEvent end -> levels.pop();
            case NodeEvent node -> takeNode(node);
            default -> {}
        }
    }

    private void takeNode(NodeEvent node) {
        String place = place(node.getStartMark());
        if (node instanceof AliasEvent) {
            mistakes.add(
                    place + " has an alias (*name), which is not allowed; write the value itself, in quotes where it"
                            + " begins with *");
        } else if (node.getAnchor() != null) {
            mistakes.add(
                    place + " has an anchor (&name), which is not allowed; put a value that begins with & in quotes");
        }
        if (tag(node) != null) {
            mistakes.add(place + " has a tag (!name), which is not allowed; put a value that begins with ! in quotes");
        }
        Level around = levels.peek();
        if (around != null && around.isMap) {
            if (around.isAtKey) {
                takeKey(around, node, place);
            }
            around.isAtKey = !around.isAtKey;
        }
        if (node instanceof CollectionStartEvent) {
            levels.push(new Level(node instanceof MappingStartEvent));
        }
    }

    private static @Nullable String tag(NodeEvent node) {
        return switch (node) {
            case ScalarEvent scalar -> scalar.getTag();
            case CollectionStartEvent collection -> collection.getTag();
            default -> null;
        };
    }

    private void takeKey(Level map, NodeEvent key, String place) {
        if (key instanceof CollectionStartEvent) {
            mistakes.add(place + " has a list or a map as a key; a key has to be a text");
        } else if (key instanceof ScalarEvent scalar && !map.keys.add(scalar.getValue())) {
            mistakes.add(place + " has a key that its map has already");
        }
    }
}
