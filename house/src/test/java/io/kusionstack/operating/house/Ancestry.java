package io.kusionstack.operating.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;

/** Our classes are composed, not extended. Exceptions and the constants of an enum are apart. */
final class Ancestry {

    private Ancestry() {}

    static List<Finding> findings(JavaClasses classes) {
        return classes.stream()
                .filter(Rooms::isOurs)
                .filter(Ancestry::extendsOurs)
                .map(type -> new Finding(
                        Place.of(type),
                        Rooms.spoken(type) + " extends " + parent(type),
                        "Hold the other one in a field, or turn what differs into an interface"))
                .toList();
    }

    private static boolean extendsOurs(JavaClass type) {
        return type.getRawSuperclass()
                .filter(Rooms::isOurs)
                .filter(parent -> !parent.isEnum())
                .filter(parent -> !parent.isAssignableTo(Throwable.class))
                .isPresent();
    }

    private static String parent(JavaClass type) {
        return type.getRawSuperclass().map(Rooms::spoken).orElseThrow();
    }
}
