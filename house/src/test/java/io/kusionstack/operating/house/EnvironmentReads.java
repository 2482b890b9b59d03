package io.kusionstack.operating.house;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;

/** The environment is read in one place, so that what configures the process can be listed. */
final class EnvironmentReads {

    private static final String OF_TESTBED = "testbed.controlplane.Environment";

    private EnvironmentReads() {}

    static List<Finding> findings(JavaClasses classes) {
        return classes.stream()
                .filter(Rooms::isOurs)
                .filter(type -> !mayRead(type))
                .flatMap(type -> type.getAccessesFromSelf().stream())
                .filter(EnvironmentReads::isRead)
                .map(read -> new Finding(
                        Place.of(read),
                        "System.getenv is called",
                        "Only the room host.config and " + OF_TESTBED
                                + " read the environment; take the value as an argument"))
                .toList();
    }

    private static boolean mayRead(JavaClass type) {
        return Rooms.isIn("host.config", type)
                || Rooms.spoken(Rooms.topLevel(type)).equals(OF_TESTBED);
    }

    private static boolean isRead(JavaAccess<?> access) {
        return access.getName().equals("getenv") && access.getTargetOwner().isEquivalentTo(System.class);
    }
}
