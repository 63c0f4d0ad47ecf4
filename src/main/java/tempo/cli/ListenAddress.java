package tempo.cli;

import java.net.InetSocketAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where a tool listens, as people write it: HOST:PORT, or :PORT for all addresses of the machine. Port 0 is any that is free. */
public final class ListenAddress implements ITypeConverter<InetSocketAddress> {
    private static final int PORT_MAX = 65_535;

    @Override
    public InetSocketAddress convert(String text) {
        int colon = text.lastIndexOf(':');
        String digits = text.substring(colon + 1);
        if (colon < 0 || !digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > PORT_MAX) {
            throw new TypeConversionException("'" + text + "' is not HOST:PORT or :PORT");
        }
        int port = Integer.parseInt(digits);
        InetSocketAddress address =
                colon == 0 ? new InetSocketAddress(port) : new InetSocketAddress(text.substring(0, colon), port);
        if (address.isUnresolved()) {
            throw new TypeConversionException("host '" + text.substring(0, colon) + "' is not known");
        }
        return address;
    }
}
