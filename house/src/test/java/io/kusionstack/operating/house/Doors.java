package io.kusionstack.operating.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A room of the host shows at most four types. */
final class Doors {

    private static final int MOST = 4;
    /** Rooms of values and the library of the loop: decision 0026. */
    private static final Set<String> VALUES = Set.of("host.plan", "host.model", "host.kernel");

    private Doors() {}

    static List<Finding> findings(JavaClasses classes) {
        return classes.stream()
                .filter(Rooms::isInHost)
                .map(Rooms::of)
                .filter(room -> !VALUES.contains(room))
                .distinct()
                .sorted()
                .flatMap(room -> findings(room, classes))
                .toList();
    }

    private static Stream<Finding> findings(String room, JavaClasses classes) {
        List<String> open = classes.stream()
                .filter(type -> Rooms.isIn(room, type) && type.isTopLevelClass())
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getSimpleName)
                .sorted()
                .toList();
        return open.size() <= MOST
                ? Stream.empty()
                : Stream.of(new Finding(
                        room,
                        "%d public types, at most %d: %s".formatted(open.size(), MOST, String.join(", ", open)),
                        "Make package-private what only the room itself uses"));
    }
}
